using Offerbook.Storage.Tests.Postgres;

namespace Offerbook.Storage.Tests;

/// <summary>In the namespace above all tests, so that it runs whichever of them were chosen.</summary>
[SetUpFixture]
internal sealed class AssemblyEnd
{
    [OneTimeTearDown]
    public Task StopPostgresAsync() => PostgresFixture.StopAsync();
}
