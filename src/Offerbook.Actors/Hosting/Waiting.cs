namespace Offerbook.Actors.Hosting;

/// <summary>Waits that have a bound, or none.</summary>
public static class Waiting
{
    /// <summary>
    /// Waits until the task has ended, well or not, but no longer than the bound. Its failure is not thrown: whoever cares awaits the task.
    /// </summary>
    /// <param name="time">Whose clock counts; null: the system's.</param>
    /// <returns>Whether it ended in time.</returns>
    /// <exception cref="OperationCanceledException">Cancelled before either.</exception>
    public static async Task<bool> EndsWithinAsync(this Task task, TimeSpan bound, TimeProvider? time = null,
        CancellationToken cancellation = default)
    {
        var ended = Task.WhenAny(task);
        try
        {
            await ended.WaitAsync(bound, time ?? TimeProvider.System, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Waits for the cancellation alone.</summary>
    /// <exception cref="OperationCanceledException">Always: that is how it ends.</exception>
    public static Task WaitForCancellationAsync(CancellationToken cancellation) =>
        new TaskCompletionSource().Task.WaitAsync(cancellation);
}
