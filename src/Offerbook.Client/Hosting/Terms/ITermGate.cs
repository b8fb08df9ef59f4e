namespace Offerbook.Client.Hosting.Terms;

/// <summary>The way from clients into a framework's core, as a term opens and closes it. Called from one thread at a time.</summary>
public interface ITermGate<TMessage>
{
    /// <summary>Takes requests from now on.</summary>
    /// <param name="post">Hands a message to the core; false when its mailbox is full.</param>
    void Open(Func<TMessage, bool> post);

    /// <summary>Takes no more; who waits for an answer still gets it.</summary>
    void Refuse();

    /// <summary>
    /// Nothing can be written any more, for the reason given; what can be answered without the core still is, until the next
    /// <see cref="Open"/>.
    /// </summary>
    /// <param name="isClean">Nothing was kept of what those asked for who still wait, so that they are told the same.</param>
    void Halt(string why, bool isClean);

    /// <summary>As <see cref="Refuse"/>, and tells everybody who still waits that no answer will come.</summary>
    void Close();
}
