using System.Globalization;
using System.Reflection;
using System.Text;
using PointsMall.GrainInterfaces;
using PointsMall.Grains.Programme;

namespace PointsMall.Tests.Cluster.Contracts;

/// <summary>What travels between silos, as text: alias, then the members by number.</summary>
internal static class WireTypes
{
    private static readonly Assembly[] Assemblies =
    [
        typeof(CommandHeader).Assembly,
        typeof(ProgrammeState).Assembly,
    ];

    /// <summary>Every type that is serialized, and every grain interface.</summary>
    public static IEnumerable<Type> All() =>
        Assemblies
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type =>
                type.GetCustomAttribute<GenerateSerializerAttribute>() is not null
                || (type.IsInterface && typeof(IGrain).IsAssignableFrom(type))
            )
            .OrderBy(type => type.FullName, StringComparer.Ordinal);

    public static string Describe()
    {
        var text = new StringBuilder(
            "# Every type that travels: alias, then the members by number. How to change it: docs/contracts.md.\n"
        );
        foreach (var type in All())
        {
            text.Append('\n').Append(Kind(type)).Append(' ').Append(AliasOf(type)).Append('\n');
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

    public static string AliasOf(Type type) =>
        type.GetCustomAttribute<AliasAttribute>()?.Alias
        ?? throw new InvalidOperationException($"{type} has no alias");

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
        Enum.GetUnderlyingType(type) == typeof(int)
            ? Enum.GetNames(type)
                .Select(name =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(int)Enum.Parse(type, name)} {name}"
                    )
                )
            : throw new InvalidOperationException($"{type} is not written as an int");

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags Own =
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
        {
            throw new InvalidOperationException(
                $"{type} has a base type, whose members are not listed"
            );
        }
        return ((MemberInfo[])[.. type.GetProperties(Own), .. type.GetFields(Own)])
            .Select(member => (member, id: member.GetCustomAttribute<IdAttribute>()?.Id))
            .Where(found => found.id is not null)
            .OrderBy(found => found.id)
            .Select(found =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{found.id} {NameOf(TypeOf(found.member))} {found.member.Name}"
                )
            );
    }

    private static Type TypeOf(MemberInfo member) =>
        member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;

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
}
