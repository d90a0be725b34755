// A page that predicts with the model that is stored, and can store one of its own.
const say = (text) => { document.querySelector("[role=status]").textContent = text; };

document.querySelector("#predict").onclick = async () => {
  try {
    const model = await tf.loadLayersModel("indexeddb://doubling");
    const number = Number(document.querySelector("#number").value);
    const [result] = await model.predict(tf.tensor2d([[number]])).data();
    say(String(result));
  } catch {
    say("There is no model yet.");
  }
};

document.querySelector("#keep").onclick = async () => {
  const dense = tf.layers.dense({ units: 1, inputShape: [1], useBias: false });
  const model = tf.sequential({ layers: [dense] });
  dense.setWeights([tf.tensor2d([[2]])]);
  await model.save("localstorage://mine");
};
