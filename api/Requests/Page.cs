namespace PointsMall.Api.Requests;

/// <summary>A page of a list.</summary>
internal sealed record Page<T>
{
    /// <summary>The items of this page, at most the limit that was asked for.</summary>
    public required IReadOnlyList<T> Items { get; init; }

    /// <summary>Send it as `cursor` to read on; null on the last page.</summary>
    public required string? NextCursor { get; init; }

    /// <summary>Makes a page of rows that were read with one row more than the limit.</summary>
    public static Page<T> Of<TRow>(
        IReadOnlyList<TRow> rows,
        int limit,
        Func<TRow, T> item,
        Func<TRow, Cursor> cursor
    ) =>
        new()
        {
            Items = [.. rows.Take(limit).Select(item)],
            NextCursor = rows.Count > limit ? cursor(rows[limit - 1]).Encode() : null,
        };
}
