using System.Buffers.Binary;
using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace PointsMall.Tests.Cluster.Contracts;

/// <summary>Makes a message of any type with something in every member, the same in every run.</summary>
internal static class WireSamples
{
    public static object Of(Type type)
    {
        var count = 0;
        return Make(type, ref count);
    }

    private static object Make(Type type, ref int count)
    {
        count++;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Make(underlying, ref count);
        }
        if (type.IsEnum)
        {
            return Enum.GetValues(type).Cast<object>().Last(); // the first is often the default
        }
        return type switch
        {
            _ when type == typeof(bool) => true,
            _ when type == typeof(int) => 1_000 + count,
            _ when type == typeof(long) => 10_000_000_000 + count,
            _ when type == typeof(string) => $"text {count} ä漢",
            _ when type == typeof(byte[]) => new byte[] { 0, 255, (byte)count },
            _ when type == typeof(Guid) => GuidOf(count),
            _ when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch.AddDays(
                20_000 + count
            ),
            _ when IsList(type) => List(type.GetGenericArguments()[0], ref count),
            _ => Record(type, ref count),
        };
    }

    private static object Record(Type type, ref int count)
    {
        var made = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var property in type.GetProperties().Where(property => property.CanWrite))
        {
            property.SetValue(made, Make(property.PropertyType, ref count));
        }
        return made;
    }

    private static bool IsList(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>);

    private static object List(Type element, ref int count)
    {
        var items = Array.CreateInstance(element, 2);
        ((IList)items)[0] = Make(element, ref count);
        ((IList)items)[1] = Make(element, ref count);
        return typeof(ImmutableArray)
            .GetMethods()
            .Single(method =>
                method.Name == nameof(ImmutableArray.Create)
                && method.GetParameters() is [{ ParameterType.IsArray: true }]
            )
            .MakeGenericMethod(element)
            .Invoke(null, [items])!;
    }

    private static Guid GuidOf(int count)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Fill(7);
        BinaryPrimitives.WriteInt32BigEndian(bytes, count);
        return new Guid(bytes, bigEndian: true);
    }
}
