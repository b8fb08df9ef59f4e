using System.Text;

namespace Offerbook.Master.Http.Reads;

/// <summary>A JSON answer as a call of a JavaScript function, which pages of other origins load as a script.</summary>
internal sealed class JsonpAnswer(Answer inner, string callback) : Answer(MediaType)
{
    public const string MediaType = "text/javascript";

    /// <summary>Far more than any library generates.</summary>
    private const int MaxNameLength = 128;

    public override int Pieces => inner.Pieces;

    /// <summary>Names of functions and members: nothing that could be code of its own.</summary>
    public static bool IsName(string callback) =>
        callback.Length <= MaxNameLength && callback.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '.' or '[' or ']');

    public override void Write(int piece, PieceBuffer output)
    {
        if (piece == 0)
        {
            output.Append(Encoding.ASCII.GetBytes(callback + "("));
        }
        inner.Write(piece, output);
        if (piece == Pieces - 1)
        {
            output.Append(");"u8);
        }
    }
}
