using System.Diagnostics;

namespace Offerbook.Chaos.Tests.Running;

/// <summary>Runs the command as people run it.</summary>
internal static class Harness
{
    public const int Kept = 0;
    public const int NoStage = 69;

    private static readonly string[] OtherUser = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "--"];

    public static bool IsRoot => Environment.UserName == "root";

    /// <summary>By whom it was ended, what it printed.</summary>
    public sealed record Outcome(int Status, string Output);

    public static Task<Outcome> RunAsync(CancellationToken cancellation, params string[] arguments) =>
        RunAsync([], arguments, cancellation);

    /// <summary>As somebody who is not root; in a namespace of users, where files stay as readable as they are.</summary>
    public static Task<Outcome> RunAsOtherUserAsync(CancellationToken cancellation, params string[] arguments) =>
        RunAsync(IsRoot ? OtherUser : [], arguments, cancellation);

    /// <summary>Whether the kernel lets somebody who is not root have networks of his own.</summary>
    public static async Task<bool> MayHaveNetworksAsync(CancellationToken cancellation) =>
        (await StartAsync([.. IsRoot ? OtherUser : [], "unshare", "--user", "--map-root-user", "--net", "true"], cancellation)).Status == 0;

    private static Task<Outcome> RunAsync(string[] prefix, string[] arguments, CancellationToken cancellation) =>
        StartAsync([.. prefix, Path.Combine(AppContext.BaseDirectory, "Offerbook.Chaos"), .. arguments], cancellation);

    private static async Task<Outcome> StartAsync(string[] line, CancellationToken cancellation)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        // Told to end it takes everything down first.
        await using var ended = cancellation.Register(() => Process.Start("kill", $"{process.Id}").Dispose());
        var printed = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(CancellationToken.None),
            process.StandardError.ReadToEndAsync(CancellationToken.None));
        await process.WaitForExitAsync(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        return new Outcome(process.ExitCode, printed[0] + printed[1]);
    }
}
