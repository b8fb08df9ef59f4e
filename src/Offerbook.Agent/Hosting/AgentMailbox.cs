using System.Threading.Channels;
using Offerbook.Actors.Hosting;

namespace Offerbook.Agent.Hosting;

/// <summary>Where the shell's parts leave messages for the core. Waits when the core is behind; says nothing when it has stopped.</summary>
internal sealed class AgentMailbox
{
    private CoreRunner<AgentMessage>? _runner;

    public void Attach(CoreRunner<AgentMessage> runner) => _runner = runner;

    public async ValueTask PostAsync(AgentMessage message)
    {
        try
        {
            if (_runner is { } runner)
            {
                await runner.PostAsync(message);
            }
        }
        catch (ChannelClosedException)
        {
            // The agent stops. Whatever this was is found again by the next one: from the journal, the records or the master.
        }
    }
}
