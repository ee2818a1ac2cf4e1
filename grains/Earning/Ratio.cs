using System.Globalization;
using System.Numerics;

namespace PointsMall.Grains.Earning;

/// <summary>How points become whole.</summary>
public enum Rounding
{
    /// <summary>Down.</summary>
    Floor = 1,

    /// <summary>To the nearest, a half up.</summary>
    HalfUp = 2,

    /// <summary>To the nearest, a half to the even one.</summary>
    HalfEven = 3,

    /// <summary>Up.</summary>
    Ceiling = 4,
}

/// <summary>An exact number, not negative, in lowest terms: points are rounded once, at the end.</summary>
public readonly record struct Ratio
{
    private Ratio(BigInteger numerator, BigInteger denominator) =>
        (Numerator, Denominator) = (numerator, denominator);

    public BigInteger Numerator { get; }
    public BigInteger Denominator { get; }

    public static Ratio Zero { get; } = Of(0);
    public static Ratio One { get; } = Of(1);

    public static Ratio Of(BigInteger numerator, BigInteger? denominator = null)
    {
        var below = denominator ?? BigInteger.One;
        if (numerator.Sign < 0 || below.Sign <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(numerator), "Ratios are not negative.");
        }
        var common = BigInteger.GreatestCommonDivisor(numerator, below);
        return new(numerator / common, below / common);
    }

    public static Ratio Of(decimal number)
    {
        var scale = BigInteger.Pow(10, number.Scale);
        return Of(new BigInteger(number * (decimal)scale), scale);
    }

    public static Ratio operator *(Ratio x, Ratio y) =>
        Of(x.Numerator * y.Numerator, x.Denominator * y.Denominator);

    public static Ratio operator +(Ratio x, Ratio y) =>
        Of(
            x.Numerator * y.Denominator + y.Numerator * x.Denominator,
            x.Denominator * y.Denominator
        );

    /// <summary>The difference, or zero when it would be negative.</summary>
    public static Ratio operator -(Ratio x, Ratio y) =>
        Of(
            BigInteger.Max(
                x.Numerator * y.Denominator - y.Numerator * x.Denominator,
                BigInteger.Zero
            ),
            x.Denominator * y.Denominator
        );

    public static bool operator >(Ratio x, Ratio y) =>
        x.Numerator * y.Denominator > y.Numerator * x.Denominator;

    public static bool operator <(Ratio x, Ratio y) => y > x;

    public BigInteger Round(Rounding mode)
    {
        var whole = BigInteger.DivRem(Numerator, Denominator, out var rest);
        var half = (2 * rest).CompareTo(Denominator);
        var up = mode switch
        {
            Rounding.Floor => false,
            Rounding.HalfUp => half >= 0,
            Rounding.HalfEven => half > 0 || (half == 0 && !whole.IsEven),
            Rounding.Ceiling => !rest.IsZero,
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, message: null),
        };
        return up ? whole + 1 : whole;
    }

    /// <summary>As <c>3/2</c>, or <c>2</c> when it is whole.</summary>
    public override string ToString() =>
        Denominator.IsOne
            ? Numerator.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
