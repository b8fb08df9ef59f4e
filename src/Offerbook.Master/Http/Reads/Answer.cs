namespace Offerbook.Master.Http.Reads;

/// <summary>
/// The body of an answer as a row of pieces, each of which is rendered on its own, on any thread and as often as it is asked for.
/// So an answer of any length is sent with a few pieces in memory, and readers of any speed share it.
/// </summary>
internal abstract class Answer(string contentType)
{
    public string ContentType { get; } = contentType;

    public abstract int Pieces { get; }

    public abstract void Write(int piece, PieceBuffer output);
}
