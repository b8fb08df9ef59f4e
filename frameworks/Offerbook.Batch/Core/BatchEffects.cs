using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Wire.Identity;

namespace Offerbook.Batch.Core;

// What the Batch core wants done, besides Persist and timers (Offerbook.Actors) and OpenSubscription, CloseSubscription and
// CallMaster (Offerbook.Client.Scheduling). All of them wait for the journal.

/// <summary>Answer an <see cref="BatchMessage.ApiCalled"/>.</summary>
/// <param name="Location">Of what was created; null otherwise.</param>
public sealed record Reply(ConnectionId Connection, int Status, JToken Body, string? Location = null) : IEffect;

/// <summary>Something that the operator may want to know.</summary>
public sealed record Note(bool IsWarning, string Text) : IEffect;
