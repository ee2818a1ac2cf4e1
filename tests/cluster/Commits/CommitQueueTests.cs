using Microsoft.Extensions.Time.Testing;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Members;

namespace PointsMall.Tests.Cluster.Commits;

/// <summary>Who goes into a batch, by the queue alone.</summary>
public sealed class CommitQueueTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CommitQueue _queue;

    public CommitQueueTests() =>
        _queue = new CommitQueue(new CommitterOptions { MaxBatchUnits = 100 }, _clock);

    [Theory]
    [InlineData(1_000, 1_000, 90, 10)]
    [InlineData(1_000, 3, 97, 3)]
    [InlineData(0, 1_000, 0, 50)]
    [InlineData(70, 1_000, 70, 30)]
    [InlineData(20, 1_000, 20, 50)]
    public void Bulk_gets_a_tenth_to_a_half_of_a_batch(
        int people,
        int bulk,
        int peopleTaken,
        int bulkTaken
    )
    {
        Add(CommitLane.Interactive, people);
        Add(CommitLane.Bulk, bulk);

        var batch = Take();

        Assert.Equal(peopleTaken, batch.Count(unit => unit.Unit.Lane == CommitLane.Interactive));
        Assert.Equal(bulkTaken, batch.Count(unit => unit.Unit.Lane == CommitLane.Bulk));
    }

    [Fact]
    public void Of_a_member_one_unit_is_out_and_the_next_goes_when_it_has_its_verdict()
    {
        var member = Accounts.Empty(CommitterHarness.NewId(), _clock.GetUtcNow());
        var first = Add(CommitLane.Interactive, member);
        var second = Add(CommitLane.Interactive, member);

        Assert.Equal([first], Take());
        Assert.Empty(Take());
        _queue.Done(first);
        Assert.Equal([second], Take());
    }

    [Fact]
    public void What_waited_longer_than_a_second_is_not_sent()
    {
        var late = Add(CommitLane.Interactive, 1).Single();
        _clock.Advance(TimeSpan.FromMilliseconds(1_001));
        var fresh = Add(CommitLane.Interactive, 1).Single();
        List<PendingUnit> batch = [];
        List<PendingUnit> tooLate = [];

        _queue.Take(batch, tooLate);

        Assert.Equal([fresh], batch);
        Assert.Equal([late], tooLate);
    }

    [Fact]
    public void While_no_writer_takes_anything_what_waits_too_long_is_withdrawn()
    {
        var late = Add(CommitLane.Interactive, 1).Single();
        _clock.Advance(TimeSpan.FromMilliseconds(1_001));
        Add(CommitLane.Bulk, 1);

        Assert.Equal([late], _queue.Withdraw(all: false));
    }

    [Fact]
    public void A_deferred_unit_comes_back_after_its_pause_and_is_withdrawn_at_its_deadline()
    {
        var unit = Add(CommitLane.Interactive, 1).Single();
        Assert.Equal([unit], Take());
        _queue.Defer(unit, TimeSpan.FromMilliseconds(20));

        Assert.Empty(Take());
        _clock.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal([unit], Take());

        _queue.Defer(unit, TimeSpan.FromMinutes(1));
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal([unit], _queue.Withdraw(all: false));
    }

    [Fact]
    public void A_batch_is_taken_at_once_when_nothing_is_out()
    {
        Assert.Equal(CommitQueue.IdlePause, _queue.NextBatch().Pause);
        Add(CommitLane.Interactive, 1);
        Assert.Equal(TimeSpan.Zero, _queue.NextBatch().Pause);
    }

    [Fact]
    public void Beside_a_batch_that_is_out_the_next_grows_until_it_is_as_big()
    {
        Add(CommitLane.Interactive, 3);
        Take();
        Add(CommitLane.Bulk, 2);
        var (pause, changed) = _queue.NextBatch();
        Assert.Equal(TimeSpan.FromMilliseconds(5), pause);

        Add(CommitLane.Interactive, 1);

        Assert.True(changed.IsCompleted);
        Assert.Equal(TimeSpan.Zero, _queue.NextBatch().Pause);
    }

    [Fact]
    public void No_unit_waits_longer_than_the_forming_time_for_a_bigger_batch()
    {
        Add(CommitLane.Interactive, 3);
        Take();
        Add(CommitLane.Interactive, 1);
        _clock.Advance(TimeSpan.FromMilliseconds(3));
        Add(CommitLane.Interactive, 1);
        Assert.Equal(TimeSpan.FromMilliseconds(2), _queue.NextBatch().Pause);

        _clock.Advance(TimeSpan.FromMilliseconds(2));

        Assert.Equal(TimeSpan.Zero, _queue.NextBatch().Pause);
    }

    [Fact]
    public void What_waits_is_worth_sending_as_soon_as_enough_of_the_other_batch_is_done()
    {
        Add(CommitLane.Interactive, 3);
        var sent = Take();
        Add(CommitLane.Interactive, 2);
        var changed = _queue.NextBatch().Changed;
        Assert.False(changed.IsCompleted);

        _queue.Done(sent[0]);

        Assert.True(changed.IsCompleted);
        Assert.Equal(TimeSpan.Zero, _queue.NextBatch().Pause);
    }

    [Fact]
    public void The_first_unit_wakes_a_writer_whatever_is_out()
    {
        Add(CommitLane.Interactive, 3);
        Take();
        var changed = _queue.NextBatch().Changed;

        Add(CommitLane.Interactive, 1);

        Assert.True(changed.IsCompleted);
    }

    [Fact]
    public void A_members_next_unit_wakes_a_writer_though_a_bigger_batch_stays_out()
    {
        var member = Accounts.Empty(CommitterHarness.NewId(), _clock.GetUtcNow());
        var first = Add(CommitLane.Interactive, member);
        Take();
        Add(CommitLane.Interactive, 3);
        Add(CommitLane.Interactive, member);
        Take();
        var changed = _queue.NextBatch().Changed;
        Assert.False(changed.IsCompleted);

        _queue.Done(first);

        Assert.True(changed.IsCompleted);
        Assert.True(_queue.NextBatch().Pause <= TimeSpan.FromMilliseconds(5));
    }

    [Fact]
    public void A_unit_that_has_its_verdict_gives_its_place_back_once()
    {
        var answers = new UnitAnswers(_queue, new GateNotifier(new NoGates()));
        var unit = Add(CommitLane.Interactive, 1).Single();
        Add(CommitLane.Interactive, 1);
        Take();

        answers.Give(unit, CommitOutcome.Committed);
        answers.Give(unit, CommitOutcome.Committed);

        Assert.Equal((1, 1), (_queue.Places, _queue.Queued));
    }

    [Fact]
    public void A_stop_sends_whatever_waits()
    {
        Add(CommitLane.Interactive, 3);
        Take();
        Add(CommitLane.Interactive, 1);
        _queue.Close();
        Assert.Equal(TimeSpan.Zero, _queue.NextBatch().Pause);
    }

    private List<PendingUnit> Take()
    {
        List<PendingUnit> batch = [];
        _queue.Take(batch, []);
        return batch;
    }

    private List<PendingUnit> Add(CommitLane lane, int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                    Add(lane, Accounts.Empty(CommitterHarness.NewId(), _clock.GetUtcNow()))
                ),
        ];

    private PendingUnit Add(CommitLane lane, Account account)
    {
        Assert.True(_queue.TryReserve(lane));
        var unit = new PendingUnit(
            new CommitUnit
            {
                CommitId = CommitterHarness.NewId(),
                Lane = lane,
                Deadline = _clock.GetUtcNow().AddSeconds(5),
                At = _clock.GetUtcNow(),
                Command = new CommandRow("member", null, "grant", ReadOnlyMemory<byte>.Empty),
                Member = new MemberWrite(account, new MemberDecision()),
            },
            _clock.GetTimestamp()
        );
        Assert.True(_queue.Add(unit));
        return unit;
    }

    private sealed class NoGates : IGates
    {
        public void Tell(Guid skuId, ClaimVerdicts verdicts) { }

        public void Reload(Guid skuId) { }
    }
}
