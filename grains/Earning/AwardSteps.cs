using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PointsMall.Grains.Earning;

/// <summary>
/// How an award's calculation is written down: <c>{"v":1,"steps":[["base","CNY","12000"],...]}</c>, at most 1 kB, because names are
/// short and their number is bounded.
/// </summary>
public static class AwardSteps
{
    public const int MaxBytes = 1_024;

    /// <summary>Goes up when the form below changes; what is stored keeps its own.</summary>
    private const int Version = 1;

    private static readonly (AwardStepKind Kind, string Name)[] Names =
    [
        (AwardStepKind.Base, "base"),
        (AwardStepKind.Rate, "rate"),
        (AwardStepKind.Multiplier, "multiplier"),
        (AwardStepKind.Overlap, "overlap"),
        (AwardStepKind.Rounding, "rounding"),
        (AwardStepKind.Cap, "cap"),
        (AwardStepKind.Stacking, "stacking"),
        (AwardStepKind.Clip, "clip"),
    ];

    public static string Write(ImmutableArray<AwardStep> steps)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("v"u8, Version);
            json.WriteStartArray("steps"u8);
            foreach (var step in steps)
            {
                json.WriteStartArray();
                json.WriteStringValue(Names.First(name => name.Kind == step.Kind).Name);
                json.WriteStringValue(step.Name);
                json.WriteStringValue(step.Value);
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <exception cref="JsonException">It was not written by <see cref="Write"/>.</exception>
    public static ImmutableArray<AwardStep> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var version = document.RootElement.GetProperty("v").GetInt32();
        if (version != Version)
        {
            throw new JsonException($"Steps of version {version} are not known to this build");
        }
        return
        [
            .. document
                .RootElement.GetProperty("steps")
                .EnumerateArray()
                .Select(step => new AwardStep(
                    Names.First(name => name.Name == step[0].GetString()).Kind,
                    step[1].GetString()!,
                    step[2].GetString()!
                )),
        ];
    }

    internal static AwardStep Clip(string budget, long points) =>
        new(AwardStepKind.Clip, budget, Text(points));

    internal static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
