namespace Offerbook.Agent.Containers;

/// <summary>Something to be brought into a container's sandbox before the container starts (CommandInfo.URI).</summary>
/// <param name="Uri">http, https or file, or a path of the host. May hold a password: say <c>FetchText.Show</c> of it.</param>
/// <param name="Extract">Whether an archive, told by its name, is unpacked into the sandbox.</param>
/// <param name="Executable">The file is made executable, and never unpacked.</param>
/// <param name="Cache">Whether the agent may keep the file for others of the same user.</param>
/// <param name="OutputFile">Where it goes, relative to the sandbox; null: under the last part of its own path.</param>
public sealed record FetchItem(string Uri, bool Extract = true, bool Executable = false, bool Cache = false, string? OutputFile = null)
{
    public override string ToString() => $"{(Executable ? "executable " : "")}{OutputFile ?? "file"}";
}
