using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Fetcher.Archives;

namespace Offerbook.Agent.Hosting.Fetcher;

/// <summary>Brings the files of one container into its sandbox, one after the other (semantics 5, the fetcher).</summary>
internal sealed class FileFetcher(FetchOptions options, FetchSources sources, FetchCache cache)
{
    /// <exception cref="FetchFailedException">One cannot be brought; the message names it.</exception>
    public async Task FetchAsync(IReadOnlyList<FetchItem> items, string sandbox, string? userName, CancellationToken cancellation)
    {
        foreach (var item in items)
        {
            try
            {
                await FetchAsync(item, sandbox, userName, cancellation);
            }
            catch (FetchFailedException failure)
            {
                throw new FetchFailedException($"Failed to fetch '{FetchText.Show(item.Uri)}': {failure.Message}", failure);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new FetchFailedException($"Failed to fetch '{FetchText.Show(item.Uri)}': {failure.Message}", failure);
            }
        }
    }

    private async Task FetchAsync(FetchItem item, string sandbox, string? userName, CancellationToken cancellation)
    {
        var user = Ownership.Other(userName);
        var into = new SafeDirectory(sandbox, user, options.MaxBytes);
        var name = item.OutputFile is { } wanted ? wanted : FetchText.NameOf(item.Uri);
        var kind = item is { Extract: true, Executable: false } ? ArchiveName.KindOf(name) : ArchiveKind.None;
        using var lease = item.Cache ? await AcquireAsync(item.Uri, user, cancellation) : null;
        if (lease is not null && kind != ArchiveKind.None)
        {
            // Straight from the cache: the archive itself does not come into the sandbox.
            await Unpacker.UnpackAsync(lease.Path, kind, name, into, cancellation);
            return;
        }
        string path;
        await using (var file = into.Create(name))
        {
            path = file.Name;
            if (lease is null)
            {
                await sources.CopyAsync(item.Uri, user, file, null, null, cancellation);
            }
            else
            {
                await using var kept = File.OpenRead(lease.Path);
                await kept.CopyToAsync(file, cancellation);
            }
        }
        if (item.Executable)
        {
            SafeDirectory.MakeExecutable(path);
        }
        else if (kind != ArchiveKind.None)
        {
            await Unpacker.UnpackAsync(path, kind, name, into, cancellation);
        }
    }

    private async Task<FetchLease?> AcquireAsync(string uri, HostUser? user, CancellationToken cancellation)
    {
        try
        {
            return await cache.AcquireAsync(user?.Name ?? "", uri,
                (to, reserve, grow, token) => sources.CopyAsync(uri, user, to, reserve, grow, token), cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Somebody else's download that we joined at the moment it was given up.
            return null;
        }
    }
}
