using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Histories;

namespace PointsMall.Tests.Load.Bench;

/// <summary>Wrong histories, each told by its name; a check that finds nothing in them would find nothing in a mall either.</summary>
public sealed class HistoryCheckTests
{
    private static readonly StageSku Sku = new("hot", Id(900), Id(901), "Mug", 10, Stock: 3);
    private readonly History _history = new();
    private readonly PaperBooks _books = new();
    private readonly Basket _one;

    public HistoryCheckTests() => _one = _history.Basket(new BasketLine(Sku.SkuId, 1));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_acknowledged_and_booked_once_is_clean()
    {
        Answer(member: 1, key: 1, status: 201, order: 11);
        Answer(member: 1, key: 1, status: 201, order: 11);
        Answer(member: 2, key: 2, status: 422, code: "out_of_stock");
        Answer(member: 2, key: 3, status: 0);
        Book(member: 1, key: 1, order: 11);

        var verdict = await Check();

        Assert.True(verdict.IsClean, string.Join('\n', verdict.Examples));
        Assert.Equal("sold 1 of 3, oversold 0, lost 0, double 0", verdict.ToString());
        Assert.Equal((3, 4), (verdict.Keys, verdict.Attempts));
    }

    [Fact]
    public async Task An_acknowledged_order_that_is_not_there_is_lost()
    {
        Answer(member: 1, key: 1, status: 201, order: 11);

        await Finds(Fault.Lost, "sold 0 of 3, oversold 0, lost 1, double 0");
    }

    [Fact]
    public async Task After_a_restore_only_what_was_acknowledged_too_late_may_be_gone()
    {
        Answer(member: 1, key: 1, status: 201, order: 11, answeredAt: 5);
        Answer(member: 2, key: 2, status: 201, order: 12, answeredAt: 6);

        var verdict = await Check(durableUntil: 5);

        Assert.Equal([(Fault.Lost, 1L)], verdict.Faults.Select(fault => (fault.Key, fault.Value)));
        Assert.Equal(1, verdict.Forgotten);
        Assert.True((await Check(durableUntil: 4)) is { IsClean: true, Forgotten: 2 });
    }

    [Fact]
    public async Task A_key_without_its_order_is_lost()
    {
        Answer(member: 1, key: 1, status: 201, order: 11);
        Book(member: 1, key: 1, order: 11);
        _books.Orders.Clear();
        _books.Left = 3;

        await Finds(Fault.Lost, "sold 0 of 3, oversold 0, lost 1, double 0");
    }

    [Fact]
    public async Task A_key_that_made_two_orders_is_double()
    {
        Answer(member: 1, key: 1, status: 201, order: 11);
        Book(member: 1, key: 1, order: 11);
        Book(member: 1, key: 1, order: 12);

        await Finds(Fault.Doubled, "sold 2 of 3, oversold 0, lost 0, double 1");
    }

    [Fact]
    public async Task An_order_that_answers_to_no_request_is_double()
    {
        Answer(member: 1, key: 1, status: 201, order: 11);
        Book(member: 1, key: 1, order: 11);
        _books.Orders[Id(12)] = new(Id(1), Live: true, [new(Sku.SkuId, 1)]);
        _books.Left--;

        await Finds(Fault.Doubled, "sold 2 of 3, oversold 0, lost 0, double 1");
    }

    [Fact]
    public async Task A_replay_that_names_another_order_is_double()
    {
        Answer(member: 1, key: 1, status: 201, order: 11);
        Answer(member: 1, key: 1, status: 201, order: 12);
        Book(member: 1, key: 1, order: 11);

        await Finds(Fault.Doubled, "sold 1 of 3, oversold 0, lost 0, double 1");
    }

    [Fact]
    public async Task Another_order_than_the_answer_named_is_double()
    {
        Answer(member: 1, key: 1, status: 201, order: 12);
        Book(member: 1, key: 1, order: 11);

        await Finds(Fault.Doubled, "sold 1 of 3, oversold 0, lost 0, double 1");
    }

    [Fact]
    public async Task More_sold_than_given_is_oversold_by_the_units()
    {
        for (var member = 1; member <= 5; member++)
        {
            Answer(member, key: member, status: 201, order: 10 + member);
            Book(member, key: member, order: 10 + member);
        }

        await Finds(Fault.Oversold, "sold 5 of 3, oversold 2, lost 0, double 0");
    }

    [Fact]
    public async Task Stock_that_is_neither_sold_nor_left_is_unbalanced()
    {
        _books.Left = 2;

        await Finds(Fault.Unbalanced, "sold 0 of 3, oversold 0, lost 0, double 0, unbalanced 1");
    }

    [Fact]
    public async Task A_refused_order_that_is_there_is_a_phantom()
    {
        Answer(member: 1, key: 1, status: 422, code: "out_of_stock");
        Book(member: 1, key: 1, order: 11);

        await Finds(Fault.Phantom, "sold 1 of 3, oversold 0, lost 0, double 0, phantom 1");
    }

    [Fact]
    public async Task A_refusal_asked_for_after_a_timeout_is_final()
    {
        Answer(member: 1, key: 1, status: 0, sentAt: 0, answeredAt: 10);
        Answer(member: 1, key: 1, status: 422, code: "out_of_stock", sentAt: 10, answeredAt: 12);
        Book(member: 1, key: 1, order: 11);

        await Finds(Fault.Phantom, "sold 1 of 3, oversold 0, lost 0, double 0, phantom 1");
    }

    [Theory]
    [InlineData(5, 8)] // the refusal came back while the other was still open
    [InlineData(5, 15)] // it came back later, but was sent while the other was open
    [InlineData(-5, 5)] // it was before the other
    public async Task A_refusal_beside_an_open_attempt_proves_nothing(int sentAt, int answeredAt)
    {
        Answer(member: 1, key: 1, status: 503, sentAt: 0, answeredAt: 10);
        Answer(member: 1, key: 1, status: 422, code: "out_of_stock", sentAt, answeredAt);
        Book(member: 1, key: 1, order: 11);

        Assert.True((await Check()).IsClean);
    }

    [Fact]
    public async Task A_key_that_is_told_to_be_in_use_is_not_refused_for_good()
    {
        Answer(member: 1, key: 1, status: 422, code: "idempotency_key_reused");
        Book(member: 1, key: 1, order: 11);

        Assert.True((await Check()).IsClean);
    }

    [Fact]
    public async Task An_order_of_other_lines_than_asked_for_is_different()
    {
        Answer(member: 1, key: 1, status: 201, order: 11);
        Book(member: 1, key: 1, order: 11, quantity: 2);

        await Finds(Fault.Different, "sold 2 of 3, oversold 0, lost 0, double 0, different 1");
    }

    [Fact]
    public async Task A_cancelled_order_is_not_sold_and_its_units_are_left()
    {
        Answer(member: 1, key: 1, status: 201, order: 11);
        Answer(member: 1, key: 2, status: 200, order: 11, Operation.Cancel);
        Book(member: 1, key: 1, order: 11);
        BookCancel(member: 1, key: 2, order: 11);

        var verdict = await Check();

        Assert.True(verdict.IsClean, string.Join('\n', verdict.Examples));
        Assert.Equal(0, verdict.Sold);
    }

    [Fact]
    public async Task An_acknowledged_cancel_of_a_live_order_is_lost()
    {
        Answer(member: 1, key: 1, status: 201, order: 11);
        Answer(member: 1, key: 2, status: 200, order: 11, Operation.Cancel);
        Book(member: 1, key: 1, order: 11);
        _books.Commands.Add(new(Id(1), Id(1_002), Id(11)));

        await Finds(Fault.Lost, "sold 1 of 3, oversold 0, lost 1, double 0");
    }

    [Fact]
    public async Task A_cancelled_order_that_nobody_got_cancelled_is_a_phantom()
    {
        Answer(member: 1, key: 1, status: 201, order: 11);
        Answer(member: 1, key: 2, status: 409, order: 11, Operation.Cancel);
        Book(member: 1, key: 1, order: 11);
        BookCancel(member: 1, key: 3, order: 11);

        await Finds(Fault.Phantom, "sold 0 of 3, oversold 0, lost 0, double 0, phantom 1");
    }

    [Fact]
    public async Task A_grant_that_was_acknowledged_and_has_no_command_is_lost()
    {
        Answer(member: 1, key: 1, status: 201, order: null, Operation.Grant);

        await Finds(Fault.Lost, "sold 0 of 3, oversold 0, lost 1, double 0");
    }

    [Fact]
    public async Task Answers_of_many_threads_and_members_are_all_kept()
    {
        const int Members = 12_000; // more than are checked at a time
        Parallel.For(
            0,
            Members,
            member => Answer(member, key: member, status: 422, code: $"code_{member % 7}")
        );

        var verdict = await Check();

        Assert.True(verdict.IsClean, string.Join('\n', verdict.Examples));
        Assert.Equal((Members, Members), (verdict.Keys, verdict.Attempts));
        Assert.Equal(Members, _history.Count);
        var some = _history.Attempts(Enumerable.Range(0, Members).ToHashSet()).ToList();
        Assert.Equal(Members, some.Count);
        Assert.All(
            some,
            attempt => Assert.Equal($"code_{attempt.Member.Number % 7}", attempt.Code)
        );
    }

    private async Task Finds(Fault fault, string line)
    {
        var verdict = await Check();
        Assert.Equal([fault], verdict.Faults.Keys);
        Assert.Equal(line, verdict.ToString());
        Assert.All(
            verdict.Examples,
            example => Assert.StartsWith($"{fault}: ", example, StringComparison.Ordinal)
        );
    }

    private Task<Verdict> Check(long durableUntil = long.MaxValue) =>
        HistoryCheck.Run(_history, [Sku], _books, durableUntil, Cancelled);

    private void Answer(
        int member,
        int key,
        int status,
        int? order = null,
        Operation operation = Operation.Redeem,
        string code = "",
        int sentAt = 0,
        int answeredAt = 1
    ) =>
        _history.Add(
            new Attempt
            {
                Operation = operation,
                Member = new Shopper(member, Id(member), _ => ""),
                Key = Id(1_000 + key),
                Basket = operation == Operation.Redeem ? _one : null,
                OrderId = order is { } id ? Id(id) : Guid.Empty,
                Status = status,
                Code = code,
                SentAt = sentAt,
                AnsweredAt = answeredAt,
            }
        );

    private void Answer(int member, int key, int status, string code, int sentAt, int answeredAt) =>
        Answer(member, key, status, null, Operation.Redeem, code, sentAt, answeredAt);

    private void Book(int member, int key, int order, int quantity = 1)
    {
        _books.Commands.Add(new(Id(member), Id(1_000 + key), Id(order)));
        _books.Orders[Id(order)] = new(Id(member), Live: true, [new(Sku.SkuId, quantity)]);
        _books.Left -= quantity;
    }

    private void BookCancel(int member, int key, int order)
    {
        _books.Commands.Add(new(Id(member), Id(1_000 + key), Id(order)));
        _books.Orders[Id(order)] = _books.Orders[Id(order)] with { Live = false };
        _books.Left++;
    }

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    private sealed class PaperBooks : IBooks
    {
        public List<BookedCommand> Commands { get; } = [];
        public Dictionary<Guid, BookedOrder> Orders { get; } = [];
        public long Left { get; set; } = Sku.Stock;

        public Task<MemberBooks> Of(IReadOnlyList<Shopper> members, CancellationToken cancelled)
        {
            var ids = members.Select(member => member.MemberId).ToHashSet();
            return Task.FromResult(
                new MemberBooks(
                    [.. Commands.Where(command => ids.Contains(command.MemberId))],
                    Orders
                        .Where(order => ids.Contains(order.Value.MemberId))
                        .ToDictionary(order => order.Key, order => order.Value)
                )
            );
        }

        public Task<IReadOnlyDictionary<Guid, long>> Available(CancellationToken cancelled) =>
            Task.FromResult<IReadOnlyDictionary<Guid, long>>(
                new Dictionary<Guid, long> { [Sku.SkuId] = Left }
            );
    }
}
