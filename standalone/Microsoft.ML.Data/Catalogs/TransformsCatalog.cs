using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Where extension methods hang the transforms.</summary>
public sealed class TransformsCatalog
{
    private readonly IHostEnvironment _env;

    internal TransformsCatalog(IHostEnvironment env)
    {
        _env = env;
        Conversion = new ConversionTransforms(this);
    }

    internal IHostEnvironment Environment => _env;

    public ConversionTransforms Conversion { get; }

    public sealed class ConversionTransforms
    {
        internal ConversionTransforms(TransformsCatalog owner) => Environment = owner._env;

        internal IHostEnvironment Environment { get; }
    }
}
