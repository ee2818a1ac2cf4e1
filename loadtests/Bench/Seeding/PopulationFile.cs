using System.Text.Json;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Bench.Seeding;

/// <summary>Remembers in a data folder which population its database holds, so that a later run finds the members again.</summary>
/// <param name="Name">Of the <see cref="Population"/>.</param>
/// <param name="Crowd">Its members.</param>
/// <param name="Complete">False while it is being written: what is there then is of no use.</param>
internal sealed record PopulationFile(string Name, Crowd Crowd, bool Complete)
{
    private const string FileName = "bench.json";

    /// <exception cref="BenchException">An earlier run did not get to the end of writing it.</exception>
    public static PopulationFile? Read(DataFolder data)
    {
        var path = data.File(FileName);
        if (!File.Exists(path))
        {
            return null;
        }
        var file = JsonSerializer.Deserialize<PopulationFile>(File.ReadAllText(path))!;
        return file.Complete
            ? file
            : throw new BenchException(
                $"the population in {data.Path} is not complete, since its preparation was interrupted: remove the folder and prepare it again"
            );
    }

    public void Write(DataFolder data) =>
        File.WriteAllText(data.File(FileName), JsonSerializer.Serialize(this));
}
