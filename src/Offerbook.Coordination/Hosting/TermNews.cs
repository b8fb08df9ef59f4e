namespace Offerbook.Coordination.Hosting;

/// <summary>What a <see cref="TermKeeper"/> tells whoever writes its log.</summary>
public abstract record TermNews
{
    private TermNews()
    {
    }

    /// <summary>It leads and serves, after <paramref name="Took"/>.</summary>
    public sealed record Began(LeaderInfo Self, TimeSpan Took) : TermNews
    {
        public override string ToString() => $"It leads (candidate {Self.Id}), and serves after {Took.TotalMilliseconds:0} ms";
    }

    /// <summary>It does not serve any more: <paramref name="How"/> is given up or lost.</summary>
    public sealed record Ended(LeaderInfo Self, TermEnd How) : TermNews
    {
        public override string ToString() => How == TermEnd.GivenUp
            ? $"It has given its leadership up (candidate {Self.Id})"
            : $"It has lost its leadership (candidate {Self.Id}), and stands again";
    }

    /// <summary>
    /// The term could not begin, or broke off. It stands again, but begins no other term before <paramref name="RestsFor"/> is over.
    /// </summary>
    public sealed record Failed(LeaderInfo Self, Exception Failure, TimeSpan RestsFor) : TermNews
    {
        public override string ToString() =>
            $"Its term (candidate {Self.Id}) has broken off, and it stands again in {RestsFor.TotalSeconds:0.0##} s: {Failure.Message}";
    }

    /// <summary>The election service could not be asked to let another lead. The end of the session will tell it.</summary>
    public sealed record Unheard(string Request, Exception Failure) : TermNews
    {
        public override string ToString() =>
            $"The election service could not be asked to {Request}, and learns it when the session ends: {Failure.Message}";
    }
}
