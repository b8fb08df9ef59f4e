using System.Text;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http.Reads;

/// <summary>A JSON answer as a call of a JavaScript function, which pages of other origins load as a script.</summary>
internal sealed class JsonpAnswer(Answer inner, string callback) : Answer(Jsonp.MediaType)
{
    public override int Pieces => inner.Pieces;

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
