using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PointsMall.Grains.Members;

/// <summary>An entry's lots as <c>ledger_entry.lots</c> keeps them: <c>[[number, points, expires_at in microseconds or null], ...]</c>.</summary>
public static class EntryLots
{
    public static string Write(ImmutableArray<EntryLot> lots)
    {
        var json = new StringBuilder("[");
        foreach (var lot in lots)
        {
            if (json.Length > 1)
            {
                json.Append(',');
            }
            json.Append(CultureInfo.InvariantCulture, $"[{lot.Number},{lot.Points},");
            if (lot.ExpiresAt is { } expiresAt)
            {
                json.Append(CultureInfo.InvariantCulture, $"{Instants.ToMicroseconds(expiresAt)}]");
            }
            else
            {
                json.Append("null]");
            }
        }
        return json.Append(']').ToString();
    }

    public static ImmutableArray<EntryLot> Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. document
                .RootElement.EnumerateArray()
                .Select(lot => new EntryLot(
                    lot[0].GetInt64(),
                    lot[1].GetInt64(),
                    lot[2].ValueKind == JsonValueKind.Null
                        ? null
                        : Instants.FromMicroseconds(lot[2].GetInt64())
                )),
        ];
    }
}
