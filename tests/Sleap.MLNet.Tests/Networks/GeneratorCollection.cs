namespace Sleap.MLNet.Tests;

/// <summary>Tests that seed torch's generator and count on what it draws.</summary>
[CollectionDefinition("torch's generator", DisableParallelization = true)]
public sealed class GeneratorCollection;
