// Takes whoever fills in the form to the room of that name.
const form = document.querySelector("#enter");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  location.assign(form.dataset.address.replace("ROOM", form.elements.room.value));
});
