using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Conformance.Kit;

/// <summary>What a session with an implementation needs to know.</summary>
/// <param name="Master">Where the master answers, such as http://127.0.0.1:5050.</param>
/// <param name="Format">What calls are written in, and what answers are asked for in.</param>
public sealed record KitOptions(Uri Master, MessageFormat Format)
{
    /// <summary>
    /// How long an event or an answer is waited for: longer than an agent takes to repeat an update twice, after 10 s and 20 s more.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(35);

    /// <summary>
    /// How long nothing must come before a case believes that nothing comes. Longer than the implementation's allocation interval.
    /// </summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Who asks; null: nobody in particular, as cases need it.</summary>
    public Credential? Credential { get; init; }

    internal StreamingClient NewClient() => new(StreamingClientOptions.Default with { Credential = Credential });
}
