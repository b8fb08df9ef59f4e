namespace Offerbook.Simulator.Finding;

/// <summary>How a client of the master knows where to go.</summary>
public abstract class LeaderFinder
{
    /// <summary>Times that a client follows one redirect after another before it gives up for now.</summary>
    public const int MaxRedirects = 5;

    /// <summary>The machine to try; null when none is known.</summary>
    public abstract string? Current { get; }

    /// <summary>Whether there are several machines that may lead.</summary>
    public virtual bool AreSeveral => true;

    /// <summary>Told when <see cref="Current"/> becomes another by itself.</summary>
    public Action? Changed { get; set; }

    /// <summary>It did not answer, or said that nobody leads.</summary>
    public virtual void Failed(string host)
    {
    }

    /// <summary>It said that another leads.</summary>
    public virtual void Redirected(string to)
    {
    }
}

/// <summary>There is one master.</summary>
public sealed class OnlyLeader(string host) : LeaderFinder
{
    public override string? Current => host;

    public override bool AreSeveral => false;
}

/// <summary>A list of addresses, tried in turn; redirects are followed.</summary>
public sealed class ListedLeader(IReadOnlyList<string> hosts, int first) : LeaderFinder
{
    private int _at = first;
    private string? _redirected;

    public override string? Current => _redirected ?? hosts[_at % hosts.Count];

    public override void Failed(string host)
    {
        if (host == Current)
        {
            _at += _redirected is null ? 1 : 0;
            _redirected = null;
        }
    }

    public override void Redirected(string to) => _redirected = to;
}
