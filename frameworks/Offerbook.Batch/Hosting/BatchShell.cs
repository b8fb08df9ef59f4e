using Microsoft.Extensions.Logging;
using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Batch.Core;
using Offerbook.Batch.Http;
using Offerbook.Client.Hosting;

namespace Offerbook.Batch.Hosting;

/// <summary>Carries out the core's effects: calls to the master, answers to clients, notes to the log.</summary>
internal sealed class BatchShell(SchedulerConnection connection, ApiGate gate, ILogger log) : IEffectHandler
{
    public void Perform(IEffect effect)
    {
        switch (effect)
        {
            case Reply reply:
                gate.Answer(reply);
                break;
            case Note note:
                log.Log(note.IsWarning ? LogLevel.Warning : LogLevel.Information, "{Note}", note.Text);
                break;
            default:
                Invariant.Check(connection.TryPerform(effect), "every effect of the core has somebody who performs it");
                break;
        }
    }
}
