// The names of Microsoft.ML.Core that Sleap.Loaders spells, with the shapes they have in Microsoft.ML 5.0.0
// (src/Microsoft.ML.Core/ComponentModel/LoadableClassAttribute.cs, Data/ModelLoading.cs, Data/IEstimator.cs there).
// In the real assembly the attribute and the signature are internal; only their names reach the compiled loader.
// The version must not be higher than the real one, which is 1.0.0.0 in every release.
[assembly: System.Reflection.AssemblyVersion("1.0.0.0")]

namespace Microsoft.ML
{
    public interface ITransformer
    {
    }

    public delegate void SignatureLoadModel(object context);

    [System.AttributeUsage(System.AttributeTargets.Assembly, AllowMultiple = true)]
    public sealed class LoadableClassAttribute : System.Attribute
    {
        public LoadableClassAttribute(string summary, System.Type instType, System.Type loaderType, System.Type argType, System.Type sigType, string userName, params string[] loadNames)
        {
        }
    }
}

namespace Microsoft.ML.Runtime
{
    public interface IHostEnvironment
    {
    }
}
