namespace Offerbook.Agent.Hosting.Docker;

/// <summary>Tells the core, once each time, that the engine does not answer and that it does again.</summary>
/// <param name="isWanted">Whether the core is to know: one that launches nothing by the engine takes other work all the same.</param>
internal sealed class EngineNews(bool isWanted, ContainerTable containers, Func<AgentMessage, ValueTask> post)
{
    private readonly SemaphoreSlim _turn = new(1);
    private bool _isLost;

    /// <summary>No new work until the engine answers. What it runs goes on, and is looked at then.</summary>
    /// <param name="doubt">Whether it is not known either what becomes of that.</param>
    public async ValueTask LostAsync(string why, bool doubt = true)
    {
        if (!await TellAsync(why) || !doubt)
        {
            return;
        }
        foreach (var container in containers.All())
        {
            container.Doubt(why);
        }
    }

    public async ValueTask FoundAsync() => await TellAsync(null);

    /// <returns>Whether it is news.</returns>
    private async Task<bool> TellAsync(string? why)
    {
        await _turn.WaitAsync();
        try
        {
            if (_isLost == why is not null)
            {
                return false;
            }
            _isLost = why is not null;
            if (isWanted)
            {
                await post(new AgentMessage.EngineChanged(why));
            }
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }
}
