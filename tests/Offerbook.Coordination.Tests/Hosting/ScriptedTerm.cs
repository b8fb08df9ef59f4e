using Offerbook.Coordination.Hosting;

namespace Offerbook.Coordination.Tests.Hosting;

/// <summary>A term that begins, and dies, when the test says so.</summary>
internal sealed class ScriptedTerm(LeaderInfo self) : ITerm
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TermEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LeaderInfo Self => self;

    public Task Completion => _died.Task;

    /// <summary>It is to begin.</summary>
    public Task Asked => _asked.Task;

    public Task<TermEnd> Ended => _ended.Task;

    /// <summary>It ends only when this does.</summary>
    public Task EndsAfter { get; set; } = Task.CompletedTask;

    public void Begin() => _begun.SetResult();

    public void Die(Exception failure)
    {
        _begun.TrySetException(failure);
        _died.TrySetException(failure);
    }

    public async Task BeginAsync(CancellationToken over)
    {
        _asked.SetResult();
        await _begun.Task.WaitAsync(over);
    }

    public async Task EndAsync(TermEnd how)
    {
        await EndsAfter;
        _ended.SetResult(how);
    }
}
