using Offerbook.Actors;
using Offerbook.Simulator.Storage;
using Offerbook.Storage;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// Keeps its own account of what the shared store has committed: only the newest holder of a log commits, numbers are dense, nothing
/// that a holder was told is durable is missing or another, and each takeover is in an epoch of its own.
/// </summary>
public sealed class StoreLedger
{
    private readonly SortedDictionary<string, Account> _accounts = new(StringComparer.Ordinal);

    public StoreLedger(SimStore store)
    {
        store.TookOver = TakeOver;
        store.Committed = Commit;
        store.Acknowledged = Acknowledge;
    }

    /// <summary>How often a log has been taken over from another holder.</summary>
    public int Takeovers { get; private set; }

    private void TakeOver(string log, long epoch)
    {
        var account = Find(log);
        Invariant.Check(epoch > account.Epoch, $"I8: {log} is taken over in epoch {epoch}, and is in epoch {account.Epoch} already");
        account.Epoch = epoch;
        Takeovers++;
    }

    private void Commit(string log, long epoch, long first, IReadOnlyList<JournalRecord> records)
    {
        var account = Find(log);
        Invariant.Check(epoch == account.Epoch, $"I8: epoch {epoch} of {log} commits event {first} though epoch {account.Epoch} has begun");
        Invariant.Check(first == account.Last + 1, $"I7: event {first} of {log} is committed after event {account.Last}");
        account.Last += records.Count;
    }

    private void Acknowledge(string log, long epoch, long last)
    {
        var account = Find(log);
        Invariant.Check(last <= account.Last,
            $"I1: event {last} of {log} is acknowledged in epoch {epoch}, and the last that was committed is {account.Last}");
    }

    private Account Find(string log)
    {
        if (!_accounts.TryGetValue(log, out var account))
        {
            _accounts.Add(log, account = new Account());
        }
        return account;
    }

    private sealed class Account
    {
        public long Epoch { get; set; }

        public long Last { get; set; }
    }
}
