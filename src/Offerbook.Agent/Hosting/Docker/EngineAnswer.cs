using System.Text.Json;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>What came of a call. Nothing that an engine does is an exception.</summary>
internal abstract record EngineAnswer
{
    private EngineAnswer()
    {
    }

    /// <param name="Body">Undefined when there was none.</param>
    public sealed record Done(JsonElement Body) : EngineAnswer;

    /// <param name="Message">In the engine's own words.</param>
    public sealed record Refused(int Status, string Message) : EngineAnswer
    {
        public bool IsMissing => Status == 404;

        public bool IsMissingImage => IsMissing && Message.Contains("no such image", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>No answer, or none that can be understood: the call may have had its effect or may still have it.</summary>
    /// <param name="NeverSent">Nobody listened: it certainly had none.</param>
    public sealed record Silent(string Why, bool NeverSent) : EngineAnswer;

    /// <summary>What went wrong, for people; null if nothing did.</summary>
    public string? Problem => this switch
    {
        Refused refused => refused.Message,
        Silent silent => silent.Why,
        _ => null,
    };
}
