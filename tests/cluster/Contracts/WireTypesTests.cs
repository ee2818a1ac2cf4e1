using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using PointsMall.GrainInterfaces;
using PointsMall.Grains.Programme;

namespace PointsMall.Tests.Cluster.Contracts;

/// <summary>
/// The contract analyzer watches methods. Aliases, member numbers and member types of what the methods carry are watched here.
/// </summary>
public sealed class WireTypesTests
{
    [Fact]
    public async Task Aliases_and_member_numbers_are_those_that_are_checked_in()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var actual = Describe(typeof(CommandHeader).Assembly, typeof(ProgrammeState).Assembly);
        var file = Path.Combine(Root(), "grain-interfaces", "WireTypes.txt");
        var expected = File.Exists(file) ? await File.ReadAllTextAsync(file, cancellation) : "";
        if (actual != expected)
        {
            var proposed = Path.Combine(AppContext.BaseDirectory, "WireTypes.txt");
            await File.WriteAllTextAsync(proposed, actual, cancellation);
            Assert.Fail(
                $"""
                What travels between silos has changed. If it only grew (docs/contracts.md), copy
                {proposed}
                over grain-interfaces/WireTypes.txt. The first difference:
                {FirstDifference(expected, actual)}
                """
            );
        }
    }

    private static string Describe(params Assembly[] assemblies)
    {
        var types = assemblies
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type =>
                type.GetCustomAttribute<GenerateSerializerAttribute>() is not null
                || (type.IsInterface && typeof(IGrain).IsAssignableFrom(type))
            )
            .OrderBy(type => type.FullName, StringComparer.Ordinal);
        var text = new StringBuilder(
            "# Every type that travels: alias, then the members by number. How to change it: docs/contracts.md.\n"
        );
        foreach (var type in types)
        {
            var alias =
                type.GetCustomAttribute<AliasAttribute>()?.Alias
                ?? throw new InvalidOperationException($"{type} has no alias");
            text.Append('\n').Append(Kind(type)).Append(' ').Append(alias).Append('\n');
            if (type.IsInterface)
            {
                text.Append("  ").Append(Identity(type)).Append('\n');
            }
            foreach (var line in type.IsEnum ? Values(type) : Members(type))
            {
                text.Append("  ").Append(line).Append('\n');
            }
        }
        return text.ToString();
    }

    /// <summary>Stated and not left to the runtime, whose default has changed between releases.</summary>
    private static string Identity(Type type) =>
        type.CustomAttributes.FirstOrDefault(attribute =>
            attribute.AttributeType == typeof(GrainInterfaceTypeAttribute)
        )
            is { ConstructorArguments: [{ Value: string identity }] }
            ? identity
            : throw new InvalidOperationException($"{type} has no [GrainInterfaceType]");

    private static string Kind(Type type) =>
        type.IsInterface ? "interface"
        : type.IsEnum ? "enum"
        : type.IsValueType ? "struct"
        : "class";

    private static IEnumerable<string> Values(Type type) =>
        Enum.GetNames(type)
            .Select(name =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)} {name}"
                )
            );

    private static IEnumerable<string> Members(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(property => (property, id: property.GetCustomAttribute<IdAttribute>()))
            .Where(member => member.id is not null)
            .OrderBy(member => member.id!.Id)
            .Select(member =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{member.id!.Id} {NameOf(member.property.PropertyType)} {member.property.Name}"
                )
            );

    private static string NameOf(Type type)
    {
        if (type.IsArray)
        {
            return NameOf(type.GetElementType()!) + "[]";
        }
        var name = type.GetCustomAttribute<AliasAttribute>()?.Alias ?? type.Name;
        return type.IsGenericType
            ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : name;
    }

    private static string FirstDifference(string expected, string actual)
    {
        var pairs = expected.Split('\n').Zip(actual.Split('\n'));
        var (was, now) = pairs.FirstOrDefault(pair => pair.First != pair.Second);
        return was is null && now is null
            ? "one text is the beginning of the other"
            : $"was: {was}\nnow: {now}";
    }

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
