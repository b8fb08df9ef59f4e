namespace Offerbook.Coordination.Hosting;

/// <summary>Why a term ends, and so what may still be done.</summary>
public enum TermEnd
{
    /// <summary>It is given up in good order: what has been decided is written and sent, who waits is answered.</summary>
    GivenUp,

    /// <summary>Somebody else may lead already: nothing more may leave, and nobody waits for it.</summary>
    Lost,

    /// <summary>It could not begin, or broke off. What is left of it is dropped.</summary>
    Failed,
}

/// <summary>
/// One term as leader: everything that lives only as long as this process leads, from the journal to the open gate. It is begun once
/// and ended once, also when beginning it failed.
/// </summary>
public interface ITerm
{
    /// <summary>Faults with what makes it impossible to go on; never ends otherwise before <see cref="EndAsync"/>. Asked for only after
    /// <see cref="BeginAsync"/> has returned.</summary>
    Task Completion { get; }

    /// <summary>Takes the journal over and begins to serve. Returns when clients are served.</summary>
    /// <param name="over">Cancelled when the leadership is lost, or given up, before that.</param>
    Task BeginAsync(CancellationToken over);

    /// <summary>Serves nobody any more, and gives back everything it holds. The next term begins after this has returned.</summary>
    Task EndAsync(TermEnd how);
}
