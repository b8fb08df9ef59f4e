namespace Offerbook.Agent.Hosting.Fetcher;

/// <summary>Copies what may never come or never end.</summary>
internal static class BoundedCopy
{
    private const int BufferBytes = 128 * 1024;

    /// <param name="max">Bytes; one more is a failure.</param>
    /// <param name="grow">Told before so many bytes more are written.</param>
    /// <returns>Bytes copied.</returns>
    /// <exception cref="FetchFailedException">Too much came, or nothing for too long.</exception>
    public static async Task<long> CopyAsync(
        Stream from, Stream to, long max, TimeSpan stallTimeout, Action<long>? grow, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        var total = 0L;
        while (true)
        {
            var count = await WithinAsync(stallTimeout, token => from.ReadAsync(buffer, token).AsTask(), cancellation);
            if (count == 0)
            {
                return total;
            }
            total += count;
            if (total > max)
            {
                throw new FetchFailedException($"there are more than {max} bytes, the most that this agent takes (--fetcher_max_bytes)");
            }
            grow?.Invoke(count);
            await to.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
    }

    /// <exception cref="FetchFailedException">It took too long.</exception>
    public static async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(limit);
        try
        {
            return await work(stall.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new FetchFailedException($"nothing came for {limit.TotalSeconds:0.###} s");
        }
    }
}
