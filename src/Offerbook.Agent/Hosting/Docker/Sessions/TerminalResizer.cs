using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Docker.Sessions;

/// <summary>Tells the engine a terminal's size. Of several sizes that come while the engine is asked, the last one counts.</summary>
/// <param name="path">Of what has the terminal: <c>/exec/ID</c> or <c>/containers/NAME</c>.</param>
internal sealed class TerminalResizer(EngineClient engine, string path, CancellationToken over)
{
    private readonly Lock _lock = new();
    private TerminalSize? _size;
    private bool _isResizing;

    public void Resize(TerminalSize size)
    {
        lock (_lock)
        {
            _size = size;
            if (_isResizing)
            {
                return;
            }
            _isResizing = true;
        }
        _ = ResizeAsync();
    }

    private async Task ResizeAsync()
    {
        while (TakeSize() is { } size)
        {
            await engine.AskAsync(HttpMethod.Post, $"{path}/resize?h={size.Rows}&w={size.Columns}", over)
                .ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private TerminalSize? TakeSize()
    {
        lock (_lock)
        {
            var size = _size;
            _size = null;
            _isResizing = size is not null;
            return size;
        }
    }
}
