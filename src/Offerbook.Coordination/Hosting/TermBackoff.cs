namespace Offerbook.Coordination.Hosting;

/// <summary>
/// How long a candidate rests after a term of its that failed. It stands in the election meanwhile, behind all others, so that resting
/// delays nobody who could lead.
/// </summary>
/// <param name="First">After the first failure; doubled with each that follows.</param>
/// <param name="Most">A database that is back is noticed after this at the latest.</param>
/// <param name="Forgets">A term that lasted so long makes earlier failures forgotten.</param>
public sealed record TermBackoff(TimeSpan First, TimeSpan Most, TimeSpan Forgets)
{
    public static TermBackoff Default { get; } = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(8), TimeSpan.FromMinutes(1));

    /// <param name="failures">In a row, the newest included; at least 1.</param>
    public TimeSpan After(int failures) => failures > 20 || First * (1L << (failures - 1)) > Most ? Most : First * (1L << (failures - 1));
}
