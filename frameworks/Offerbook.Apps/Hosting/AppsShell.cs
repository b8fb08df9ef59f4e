using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http;
using Offerbook.Apps.Http.Events;
using Offerbook.Apps.Http.Measuring;
using Offerbook.Client.Hosting;
using Offerbook.Client.Scheduling;

namespace Offerbook.Apps.Hosting;

/// <summary>Carries out the core's effects: answers, events and views for clients, calls to the master, probes of instances.</summary>
/// <param name="seen">Set when readers see the first view.</param>
internal sealed class AppsShell(SchedulerConnection master, CoreGate gate, EventHub events, HealthProber prober, CoreMeter meter,
    TaskCompletionSource seen,
    SecretFiles? secrets = null) : IEffectHandler
{
    public void Perform(IEffect effect)
    {
        switch (effect)
        {
            case Reply reply:
                gate.Answer(reply);
                break;
            case PublishEvent published:
                events.Publish(published);
                break;
            case PublishView published:
                gate.View = published.View;
                seen.TrySetResult();
                break;
            case RunHealthCheck run:
                prober.Start(run);
                break;
            case ReadSecrets read:
                secrets!.Start(read);
                break;
            default:
                if (effect is CallMaster call)
                {
                    meter.Called(call.Call);
                    effect = secrets is null ? effect : call with { Call = secrets.Fill(call.Call) };
                }
                Invariant.Check(master.TryPerform(effect), "every effect of the core has somebody who performs it");
                break;
        }
    }
}
