using Offerbook.Storage;

namespace Offerbook.Actors.Hosting;

/// <summary>
/// Saves snapshots beside the appends, one at a time: a large state takes the disk a second, and nobody's answer waits for it. Used by one
/// thread.
/// </summary>
/// <param name="ended">Called by any thread when a save has ended.</param>
internal sealed class SnapshotSaver(IJournal? journal, string persistenceId, Action ended)
{
    private Task _saving = Task.CompletedTask;

    public bool IsBusy => !_saving.IsCompleted;

    /// <summary>Not while another is being saved.</summary>
    public void Save(Snapshot snapshot)
    {
        Invariant.Check(!IsBusy, "one snapshot is saved at a time");
        _saving = journal!.SaveSnapshotAsync(persistenceId, snapshot, CancellationToken.None).AsTask();
        _saving.ContinueWith(static (save, ring) =>
        {
            // Looked at here because after a failure elsewhere nobody asks any more.
            _ = save.Exception;
            ((Action)ring!)();
        }, ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Throws what the last save threw.</summary>
    public void ThrowIfFailed()
    {
        if (!IsBusy)
        {
            _saving.GetAwaiter().GetResult();
        }
    }

    /// <summary>Waits for the save under way, and throws what it throws.</summary>
    public void Wait() => _saving.GetAwaiter().GetResult();
}
