using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Keeps a container's output within bounds: when <c>stdout</c> has reached the size, its content becomes <c>stdout.1</c>, what was
/// that becomes <c>stdout.2</c>, and so on. The task holds the file open for appending all the while, so the content is copied and
/// then cut off its head, which loses nothing on ext4 and xfs. Elsewhere the file is emptied, and what is
/// written between the last look and that moment, some microseconds, is lost.
///
/// A task can put anything in the place of its files; only a plain file with a single name is touched, and no link is followed.
/// </summary>
internal sealed class LogRotator(IsolationOptions options, ILogger logger)
{
    private const int CopyBytes = 256 << 10;

    /// <summary>Any file system's blocks, so that the cut is on one.</summary>
    private const long MaxBlockBytes = 64 << 10;

    private int _told;

    /// <summary>Whether a file that has grown so much since it was last looked at may pass the bound before it is again.</summary>
    public bool IsFast(long grownBytes) => options.MaxLogBytes > 0 && grownBytes > options.MaxLogBytes / 4;

    /// <returns>The file's length afterwards; 0 for what is no plain file.</returns>
    public long Look(string path)
    {
        if (Native.Facts(path) is not { IsRegular: true } facts)
        {
            return 0;
        }
        if (options.MaxLogBytes <= 0 || facts.Length < options.MaxLogBytes)
        {
            return facts.Length;
        }
        try
        {
            return Rotate(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (Interlocked.Exchange(ref _told, 1) == 0)
            {
                logger.LogWarning("A log could not be rotated and grows on ({Reason}); others that fail like this are not named.",
                    failure.Message);
            }
            return facts.Length;
        }
    }

    private long Rotate(string path)
    {
        using var file = Native.OpenReadWrite(path);
        if (file is null || Native.Facts(file) is not { IsRegular: true, Links: 1 } facts)
        {
            return 0;
        }
        var block = Math.Clamp(facts.BlockSize, 512, MaxBlockBytes);
        // The cut must stay short of the end, and a file that has run far ahead keeps what fits into the rotated ones.
        var whole = (options.MaxLogBytes + block - 1) / block * block;
        var length = facts.Length;
        var kept = false;
        while (length > whole)
        {
            if (length - whole < whole * Math.Max(options.RotatedLogs, 1))
            {
                Keep(path, file, 0, whole, facts);
                kept = true;
            }
            if (!Native.CutHead(file, whole))
            {
                return Empty(path, file, facts, kept ? whole : null);
            }
            length = RandomAccess.GetLength(file);
        }
        return length;
    }

    /// <summary>Where the head cannot be cut off.</summary>
    /// <param name="copied">So much of it is in the newest rotated file already.</param>
    private long Empty(string path, SafeFileHandle file, FileFacts facts, long? copied)
    {
        if (copied is not { } start)
        {
            Keep(path, file, facts.Length - options.MaxLogBytes, long.MaxValue, facts);
        }
        else if (options.RotatedLogs > 0)
        {
            using var newest = Native.OpenReadWrite(path + ".1") ?? throw new IOException($"{path}.1 cannot be opened");
            Copy(file, newest, start, long.MaxValue);
        }
        RandomAccess.SetLength(file, 0);
        return 0;
    }

    private void Keep(string path, SafeFileHandle file, long start, long end, FileFacts facts)
    {
        if (options.RotatedLogs == 0)
        {
            return;
        }
        var fresh = path + ".rotating";
        File.Delete(fresh);
        using (var copy = Native.CreateNew(fresh) ?? throw new IOException($"{fresh} cannot be made"))
        {
            Native.ChangeOwner(copy, facts.User, facts.Group);
            Copy(file, copy, start, end);
        }
        for (var number = options.RotatedLogs - 1; number >= 1; number--)
        {
            if (Native.Facts($"{path}.{number}") is not null)
            {
                Native.Rename($"{path}.{number}", $"{path}.{number + 1}");
            }
        }
        Native.Rename(fresh, path + ".1");
    }

    private static void Copy(SafeFileHandle from, SafeFileHandle to, long start, long end)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            var at = start;
            var target = RandomAccess.GetLength(to);
            while (at < end && RandomAccess.Read(from, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at) is > 0 and var count)
            {
                RandomAccess.Write(to, buffer.AsSpan(0, count), target);
                at += count;
                target += count;
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
