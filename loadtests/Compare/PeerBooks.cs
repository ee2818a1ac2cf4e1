using System.Globalization;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Histories;

namespace PointsMall.LoadTests.Compare;

/// <summary>What a peer says that it has stored: one list of order lines and one of stock.</summary>
internal sealed class PeerBooks(HttpClient api) : IBooks
{
    private ILookup<Guid, (Guid Key, Guid OrderId, BasketLine Line)>? _lines;

    public async Task<MemberBooks> Of(IReadOnlyList<Shopper> members, CancellationToken cancelled)
    {
        _lines ??= (await Read("/bench/orders", cancelled)).ToLookup(
            words => Id(words[0]),
            words =>
                (
                    Id(words[1]),
                    Id(words[2]),
                    new BasketLine(Id(words[3]), int.Parse(words[4], CultureInfo.InvariantCulture))
                )
        );
        List<BookedCommand> commands = [];
        Dictionary<Guid, BookedOrder> orders = [];
        foreach (var member in members)
        {
            foreach (var order in _lines[member.MemberId].GroupBy(line => line.OrderId))
            {
                commands.AddRange(
                    order
                        .Select(line => line.Key)
                        .Distinct()
                        .Select(key => new BookedCommand(member.MemberId, key, order.Key))
                );
                orders.Add(
                    order.Key,
                    new BookedOrder(
                        member.MemberId,
                        Live: true,
                        [.. order.Select(line => line.Line)]
                    )
                );
            }
        }
        return new MemberBooks(commands, orders);
    }

    public async Task<IReadOnlyDictionary<Guid, long>> Available(CancellationToken cancelled) =>
        (await Read("/bench/stock", cancelled)).ToDictionary(
            words => Id(words[0]),
            words => long.Parse(words[1], CultureInfo.InvariantCulture)
        );

    /// <summary>Words of each line.</summary>
    private async Task<List<string[]>> Read(string path, CancellationToken cancelled)
    {
        List<string[]> lines = [];
        try
        {
            await using var body = await api.GetStreamAsync(
                new Uri(path, UriKind.Relative),
                cancelled
            );
            using var reader = new StreamReader(body);
            while (await reader.ReadLineAsync(cancelled) is { } line)
            {
                lines.Add(line.Split('\t'));
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new BenchException(
                $"the peer's books can't be read, {path}: {failure.Message}",
                failure
            );
        }
        return lines;
    }

    private static Guid Id(string text) => Guid.Parse(text, CultureInfo.InvariantCulture);
}
