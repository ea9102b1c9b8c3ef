// Names and shapes as in Microsoft.ML 5 (src/Microsoft.ML.Core/ComponentModel/LoadableClassAttribute.cs,
// Data/ModelLoading.cs and Data/IEstimator.cs there). In the real assembly the attribute and the signature are
// internal.
namespace Microsoft.ML
{
    public interface ITransformer { }

    public delegate void SignatureLoadModel(object context);

    [System.AttributeUsage(System.AttributeTargets.Assembly, AllowMultiple = true)]
    public sealed class LoadableClassAttribute : System.Attribute
    {
        public LoadableClassAttribute(
            string summary,
            System.Type instType,
            System.Type loaderType,
            System.Type argType,
            System.Type sigType,
            string userName,
            params string[] loadNames
        ) { }
    }
}

namespace Microsoft.ML.Runtime
{
    public interface IHostEnvironment { }
}
