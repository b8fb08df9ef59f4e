namespace Offerbook.Master.Tests;

/// <summary>Directories for the tests to write in, all of them removed after the last test.</summary>
[SetUpFixture]
public sealed class TestDirectories
{
    private static readonly Lazy<DirectoryInfo> Root = new(() => Directory.CreateTempSubdirectory("offerbook-master-tests-"));
    private static int _count;

    /// <summary>An empty directory of the caller's own.</summary>
    public static string New() =>
        Root.Value.CreateSubdirectory(Interlocked.Increment(ref _count).ToString(System.Globalization.CultureInfo.InvariantCulture))
            .FullName;

    [OneTimeTearDown]
    public void Remove()
    {
        if (Root.IsValueCreated)
        {
            Root.Value.Delete(recursive: true);
        }
    }
}
