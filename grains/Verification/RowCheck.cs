namespace PointsMall.Grains.Verification;

/// <summary>A check that one query makes: it answers the rows for which the check does not hold, each with what names it and what is wrong.</summary>
/// <param name="Check">What must hold.</param>
/// <param name="Count">How many rows are looked at.</param>
/// <param name="Violations">Columns: row, why, member, and the SKU, product or order that it concerns.</param>
/// <param name="BySku">The first parameter says which SKUs; null for all.</param>
internal sealed record RowCheck(Check Check, string Count, string Violations, bool BySku = false);
