using System.Numerics;

namespace PointsMall.Grains.Earning;

/// <summary>What of a purchase counts, line by line, in minor units.</summary>
public static class PurchaseBase
{
    /// <summary>The lines less the discount.</summary>
    public static long? NetOf(Purchase? purchase) =>
        purchase is null ? null : purchase.Lines.Sum(line => line.Amount) - purchase.Discount;

    /// <summary>
    /// Each line less its part of the discount, with its part of shipping and tax where they count, less its part of what was paid with points
    /// unless that counts. Parts go by the lines' amounts.
    /// </summary>
    public static long[] Of(Purchase purchase, BaseTerms terms)
    {
        ArgumentNullException.ThrowIfNull(purchase);
        ArgumentNullException.ThrowIfNull(terms);
        var amounts = purchase.Lines.Select(line => line.Amount).ToArray();
        var discount = Parts(purchase.Discount, amounts);
        var counted = new long[amounts.Length];
        for (var i = 0; i < amounts.Length; i++)
        {
            counted[i] = amounts[i] - discount[i];
        }
        Add(counted, Parts(terms.Shipping ? purchase.Shipping : 0, amounts), sign: 1);
        Add(counted, Parts(terms.Tax ? purchase.Tax : 0, amounts), sign: 1);
        if (!terms.PaidWithPoints)
        {
            var paid = Math.Min(purchase.PaidWithPoints, counted.Sum());
            Add(counted, Parts(paid, counted), sign: -1);
        }
        return counted;
    }

    private static long[] Parts(long whole, long[] amounts) =>
        Shares.Of(whole, [.. amounts.Select(amount => (BigInteger)amount)]);

    private static void Add(long[] counted, long[] parts, int sign)
    {
        for (var i = 0; i < counted.Length; i++)
        {
            counted[i] = checked(counted[i] + sign * parts[i]);
        }
    }
}
