using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Apps.Health;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Core;

// What the Apps core wants done, besides Persist and timers (Offerbook.Actors) and OpenSubscription, CloseSubscription and
// CallMaster (Offerbook.Client.Scheduling). All of them wait for the journal.

/// <summary>Answer an <see cref="AppsMessage.ApiCalled"/>.</summary>
/// <param name="Headers">Name and value, in order; those that every response carries are not among them.</param>
/// <param name="Body">Null: no body.</param>
public sealed record Reply(ConnectionId Connection, int Status, IReadOnlyList<KeyValuePair<string, string>> Headers,
    JToken? Body) : IEffect;

/// <summary>Send an event to everyone who listens. Ids are dense: each is one more than the last, also after a restart.</summary>
/// <param name="Json">The payload on one line.</param>
public sealed record PublishEvent(long Id, string Type, string Json) : IEffect;

/// <summary>From now on answer reads from this view.</summary>
public sealed record PublishView(AppsView View) : IEffect;

/// <summary>
/// Look for secrets; the answer is <see cref="AppsMessage.SecretsRead"/> with all of them, and their values are put into launches from then
/// on.
/// </summary>
public sealed record ReadSecrets(IReadOnlyList<string> Sources) : IEffect;

/// <summary>
/// Probe an instance; the answer is <see cref="AppsMessage.HealthCheckFinished"/> with the same number. Exactly one answer is expected.
/// </summary>
public sealed record RunHealthCheck(long Run, HealthProbe Probe) : IEffect;
