using Google.Protobuf;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http.Reads;

/// <summary>A short answer: one message.</summary>
internal sealed class WholeAnswer(IMessage message, MessageFormat format) : Answer(MediaTypes.Of(format))
{
    public override int Pieces => 1;

    public override void Write(int piece, PieceBuffer output) => MessageCodec.Write(message, format, output);
}
