using PointsMall.Api.Problems;

namespace PointsMall.Api.Requests;

/// <summary>What a number must be before it goes further.</summary>
internal static class NumberRules
{
    public static long RequiredNumber(
        this FieldErrors errors,
        string field,
        long? value,
        long min,
        long max
    )
    {
        if (value is { } number && number >= min && number <= max)
        {
            return number;
        }
        errors.Add(field, $"must be an integer from {min} to {max}");
        return min;
    }

    /// <summary>A number that may be missing or null.</summary>
    public static long? Number(
        this FieldErrors errors,
        string field,
        long? value,
        long min,
        long max
    ) => value is null ? null : errors.RequiredNumber(field, value, min, max);
}
