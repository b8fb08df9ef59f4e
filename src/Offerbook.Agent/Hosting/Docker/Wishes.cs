namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// What is wanted of a container: a set, in which each wish is at most once, handed to one worker at a time all together. So nothing
/// piles up behind an engine that is stuck.
/// </summary>
/// <param name="fulfil">Carries out what has come together.</param>
/// <param name="failed">Told of a failure that is a bug.</param>
internal sealed class Wishes(Func<Wish, Task> fulfil, Action<Exception> failed, CancellationToken stopping)
{
    private readonly Lock _lock = new();
    private Wish _wishes;
    private bool _isWorking;

    public void Ask(Wish wish)
    {
        lock (_lock)
        {
            _wishes |= wish;
            if (_isWorking)
            {
                return;
            }
            _isWorking = true;
        }
        _ = WorkAsync();
    }

    private async Task WorkAsync()
    {
        await Task.Yield();
        try
        {
            while (Take() is var wish and not Wish.None)
            {
                await fulfil(wish);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The agent stops; the next one asks the engine how far we came.
        }
        catch (Exception bug)
        {
            failed(bug);
        }
    }

    private Wish Take()
    {
        lock (_lock)
        {
            var wishes = _wishes;
            _wishes = Wish.None;
            _isWorking = wishes != Wish.None;
            return wishes;
        }
    }
}

/// <summary>What is to be done with a container.</summary>
[Flags]
internal enum Wish
{
    None = 0,
    Launch = 1,
    Update = 2,
    Terminate = 4,
    Kill = 8,

    /// <summary>Something has, or may have, become of it: look.</summary>
    Observe = 16,

    /// <summary>Its end is durable: remove it from the engine.</summary>
    Forget = 32,

    /// <summary>Send it a signal of any number.</summary>
    Send = 64,

    /// <summary>The engine gives no answer: say that it is not known what becomes of it.</summary>
    Doubt = 128,
}
