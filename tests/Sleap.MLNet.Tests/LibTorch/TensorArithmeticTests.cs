using System.Reflection;
using System.Reflection.Emit;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class TensorArithmeticTests
{
    private const BindingFlags Every =
        BindingFlags.Public
        | BindingFlags.NonPublic
        | BindingFlags.Instance
        | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes)
        .GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value & 0xFFFF);

    [Fact]
    public void Operations_are_those_of_torch()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(new float[] { -1, 0, 2 }),
            y = tensor(new float[] { 3, 5, -7 });
        Same([2, 5, -5], x.Add(y));
        Same([5, 10, -12], x.Add(y, 2));
        Same([-0.5f, 0.5f, 2.5f], x.Add(0.5f));
        Same([-3, -2, 0], x.Sub(2));
        Same([-2, 0, 4], x.Mul(2));
        Same([-0.5f, 0, 1], x.Div(2));
        Same([-1, 0, 1], x.FloorDivide(2));
        Same([1, 0, 0], x.Remainder(2));
        Same([-1, 0, 8], x.Pow(3));
        Same([1, 0, 4], x.Square());
        Same([0, 0, 1], x.Clamp(0, 1));
        Same([-1, 0, 1], x.Clamp(null, 1));
        Same([9, 0, 9], x.MaskedFill(x.Ne(0), 9));
        Same([0, 1, 0], x.Eq(0));
        Same([1, 0, 0], x.Lt(0));
        Same([1, 1, 0], x.Le(0));
        Same([0, 0, 1], x.Gt(0));
        Same([0, 1, 1], x.Ge(0));
        Same([2, 5, -5], x.clone().AddInPlace(y));
        Same([5, 10, -12], x.clone().AddInPlace(y, 2));
        Same([-2, 0, 4], x.clone().MulInPlace(2));
        Same([0, 0, 1], x.clone().ClampInPlace(0, 1));
        Same([4, 4, 4], x.clone().FillInPlace(4));
        Same([-2, -1, 0], TensorArithmetic.Range(-2, 1, ScalarType.Float32, CPU));
        // Whole numbers stay whole.
        Assert.Equal(ScalarType.Int64, tensor(new long[] { 1 }).Add(tensor(new long[] { 2 })).Mul(3).Add(1).dtype);

        static void Same(float[] expected, Tensor actual) =>
            Assert.Equal(expected, actual.to(ScalarType.Float32).data<float>().ToArray());
    }

    /// <summary>
    /// No method calls what hands a number of TorchSharp to libtorch: what has a parameter of that type, and what makes
    /// one itself.
    /// </summary>
    [Theory, InlineData(typeof(PoseNetwork)), InlineData(typeof(OnnxExport))]
    public void Nothing_else_hands_numbers_to_libtorch(Type anyOfAssembly)
    {
        var found = (
            from type in anyOfAssembly.Assembly.GetTypes()
            where type != typeof(TensorArithmetic)
            from method in type.GetMethods(Every).Cast<MethodBase>().Concat(type.GetConstructors(Every))
            from called in CalledBy(method)
            where HandsNumbers(called)
            select $"{type.Name}.{method.Name}: {called.Name}"
        ).ToList();
        Assert.Empty(found);
        // It would find them.
        Assert.Contains(
            CalledBy(typeof(TensorArithmetic).GetMethod(nameof(TensorArithmetic.Mul))!),
            called => HandsNumbers(called)
        );
    }

    private static bool HandsNumbers(MethodBase method)
    {
        var owner = method.DeclaringType;
        if (owner?.Assembly != typeof(Tensor).Assembly || owner == typeof(TorchSharp.Scalar))
            return false;
        var types = method.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        if (types.Contains(typeof(TorchSharp.Scalar)))
            return true;
        if (method.DeclaringType != typeof(Tensor))
            return false;
        return method.Name switch
        {
            "add" or "add_" or "addcdiv" or "addcdiv_" or "square" or "op_Addition" => true,
            "op_Subtraction" or "op_Multiply" or "op_Division" or "op_Modulus" => types.Any(type => type.IsPrimitive),
            "elu" or "elu_" or "celu" or "celu_" or "softplus" => true,
            _ => false,
        };
    }

    private static IEnumerable<MethodBase> CalledBy(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
            yield break;
        Type[] ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : [],
            ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        for (var at = 0; at < code.Length; )
        {
            int value = code[at++];
            if (value == 0xFE)
                value = (value << 8) | code[at++];
            var instruction = Codes[value];
            if (instruction.OperandType == OperandType.InlineMethod)
                yield return method.Module.ResolveMethod(BitConverter.ToInt32(code, at), ofType, ofMethod)!;
            at += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }
}
