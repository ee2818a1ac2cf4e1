using PointsMall.Grains.Members;

namespace PointsMall.Grains.Verification;

/// <summary>One member's commands in the order of their versions: they explain every version that is no activation, and every entry.</summary>
internal sealed class CommandReplay(Guid memberId, Findings findings)
{
    private readonly Queue<RecentKey> _recent = [];
    private long _commands;
    private long _keyed;
    private long _lastVersion;
    private long _lastSequence;

    public void Run(
        long version,
        string principal,
        string? key,
        long? firstSequence,
        long? lastSequence
    )
    {
        findings.Looked(Check.Commands);
        _commands++;
        _lastVersion = version;
        if (key is not null)
        {
            _keyed++;
            _recent.Enqueue(new(RecentKeys.HashOf(principal, key), version));
            if (_recent.Count > Account.MaxRecentKeys)
            {
                _recent.Dequeue();
            }
        }
        if (firstSequence is null && lastSequence is null)
        {
            return;
        }
        if (firstSequence != _lastSequence + 1 || lastSequence < firstSequence)
        {
            Found(
                $"command {memberId} {version}",
                $"wrote the entries {firstSequence} to {lastSequence}, the one before ended with {_lastSequence}"
            );
        }
        _lastSequence = lastSequence ?? _lastSequence;
    }

    /// <param name="account">The account's row.</param>
    /// <param name="activations">Its activations.</param>
    /// <param name="entries">The sequence of the member's last entry.</param>
    public void Close(Account account, long activations, long entries)
    {
        findings.Looked(Check.Keys);
        if (account.Version != _commands + activations || account.Version < _lastVersion)
        {
            Found(
                $"member {memberId}",
                $"version {account.Version}, after {_commands} commands, the last of version {_lastVersion}, and {activations} activations"
            );
        }
        if (_lastSequence != entries)
        {
            Found(
                $"member {memberId} entries",
                $"the commands wrote {_lastSequence} entries, the ledger has {entries}"
            );
        }
        if (account.KeyedCommands != _keyed || !account.RecentKeys.SequenceEqual(_recent.Reverse()))
        {
            findings.Add(
                Check.Keys,
                $"member {memberId}",
                $"the account remembers {account.RecentKeys.Length} of {account.KeyedCommands} keys, not the last of {_keyed}",
                memberId
            );
        }
    }

    private void Found(string row, string why) => findings.Add(Check.Commands, row, why, memberId);
}
