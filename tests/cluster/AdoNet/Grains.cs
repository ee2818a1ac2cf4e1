using System.Collections.Immutable;

namespace PointsMall.Tests.Cluster.AdoNet;

/// <summary>A grain with a stored state.</summary>
[Alias("INoteGrain")]
public interface INoteGrain : IGrainWithGuidKey
{
    [Alias("Write")]
    Task Write(string text);

    [Alias("Read")]
    Task<string> Read();
}

/// <summary>A grain with a reminder.</summary>
[Alias("IAlarmGrain")]
public interface IAlarmGrain : IGrainWithGuidKey
{
    [Alias("Set")]
    Task Set(TimeSpan due, TimeSpan period);

    [Alias("Stop")]
    Task Stop();

    [Alias("Ticks")]
    Task<ImmutableArray<TickStatus>> Ticks();
}

[GenerateSerializer, Alias("test-note")]
public sealed class Note
{
    [Id(0)]
    public string Text { get; set; } = "";
}

public sealed class NoteGrain(
    [PersistentState("test-note", AdoNetCluster.Keeping)] IPersistentState<Note> note
) : Grain, INoteGrain
{
    public Task Write(string text)
    {
        note.State.Text = text;
        return note.WriteStateAsync();
    }

    public Task<string> Read() => Task.FromResult(note.State.Text);
}

public sealed class AlarmGrain : Grain, IAlarmGrain, IRemindable
{
    private const string Reminder = "alarm";
    private ImmutableArray<TickStatus> _ticks = [];

    public Task Set(TimeSpan due, TimeSpan period) =>
        this.RegisterOrUpdateReminder(Reminder, due, period);

    public async Task Stop()
    {
        if (await this.GetReminder(Reminder) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
    }

    public Task<ImmutableArray<TickStatus>> Ticks() => Task.FromResult(_ticks);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _ticks = _ticks.Add(status);
        return Task.CompletedTask;
    }
}
