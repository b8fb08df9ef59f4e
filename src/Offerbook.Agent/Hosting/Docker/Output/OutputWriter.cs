namespace Offerbook.Agent.Hosting.Docker.Output;

/// <summary>
/// Writes pieces of output into the sandbox, each once: those from before the place that was remembered are left out. One write a
/// stream for what came together, then the place; so a restarted agent cuts off what it does not remember and gets it again.
/// </summary>
internal sealed class OutputWriter : IDisposable
{
    private readonly OutputPlace _place;
    private readonly SandboxFile[] _files;
    private readonly MemoryStream[] _pending = [new(), new()];
    private readonly StreamPlace[] _places;

    // Pieces of the stamp at which the copying goes on that are still to be left out.
    private readonly (string Time, int Count)[] _skip;

    public OutputWriter(OutputPlace place, string sandbox, long maxBytes, int kept)
    {
        _place = place;
        _files = [new SandboxFile(Path.Combine(sandbox, "stdout"), maxBytes, kept),
            new SandboxFile(Path.Combine(sandbox, "stderr"), maxBytes, kept)];
        _places = [place.Output, place.Error];
        _skip = new (string, int)[2];
        for (var i = 0; i < 2; i++)
        {
            _places[i] = _places[i] with { Length = _files[i].Open(place.IsResumed ? _places[i].Length : null) };
        }
        Restart();
        Remember();
    }

    /// <summary>The engine's memory is read anew from <see cref="OutputPlace.Since"/>.</summary>
    public void Restart()
    {
        for (var i = 0; i < 2; i++)
        {
            _skip[i] = (_places[i].Time, _places[i].Count);
        }
    }

    public void Add(bool isError, string stamp, ReadOnlySpan<byte> piece)
    {
        var stream = isError ? 1 : 0;
        var (time, count) = _skip[stream];
        if (string.CompareOrdinal(stamp, time) < 0)
        {
            return;
        }
        if (stamp == time && count > 0)
        {
            _skip[stream].Count--;
            return;
        }
        _skip[stream].Count = 0;
        _pending[stream].Write(piece);
        _places[stream] = _places[stream].After(stamp);
    }

    /// <exception cref="IOException">It cannot be written; what was added may be there in part. A new writer puts it right.</exception>
    public void Flush()
    {
        var any = false;
        for (var i = 0; i < 2; i++)
        {
            if (_pending[i].Length == 0)
            {
                continue;
            }
            any = true;
            var bytes = _pending[i].GetBuffer().AsSpan(0, (int)_pending[i].Length);
            _places[i] = _places[i] with { Length = _files[i].Append(bytes) };
            _pending[i].SetLength(0);
        }
        if (any)
        {
            Remember();
            RotateFull();
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
        _place.Dispose();
    }

    /// <inheritdoc cref="OutputPlace.Since"/>
    public string? Since => _place.Since;

    /// <summary>
    /// The place is remembered before and after: an agent that dies between finds no file, or a shorter one, and goes on in it.
    /// </summary>
    private void RotateFull()
    {
        for (var i = 0; i < 2; i++)
        {
            if (_files[i].IsFull)
            {
                _files[i].Rotate();
                _places[i] = _places[i] with { Length = 0 };
                Remember();
            }
        }
    }

    private void Remember()
    {
        (_place.Output, _place.Error) = (_places[0], _places[1]);
        _place.Save();
    }
}
